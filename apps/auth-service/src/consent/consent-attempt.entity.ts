import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One try to connect. Nothing in it helps to finish it without the browser's cookie. */
@Entity({ name: 'consent_attempt' })
export class ConsentAttempt {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organization!: string;
  @Column('text', { name: 'user_id' }) userId!: string;
  @Column('uuid', { name: 'connection_id' }) connectionId!: string;
  @Column('bigint', { name: 'connection_version', transformer: { to: (value: number) => value, from: Number } })
  connectionVersion!: number;
  @Column('bytea', { name: 'state_hash' }) stateHash!: Buffer;
  @Column('bytea', { name: 'cookie_hash' }) cookieHash!: Buffer;
  @Column('uuid', { name: 'expected_tenant_id', nullable: true }) expectedTenantId!: string | null;
  @Column('text', { name: 'expected_subject', nullable: true }) expectedSubject!: string | null;
  @Column('boolean', { name: 'switch_account' }) switchAccount!: boolean;
  @Column('text', { name: 'return_to' }) returnTo!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
  @Column('text', { nullable: true }) outcome!: string | null;
}
