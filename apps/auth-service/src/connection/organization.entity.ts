import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an organization's administrators decided about connections. */
@Entity({ name: 'organization' })
export class Organization {
  @PrimaryColumn('text') organization!: string;
  @Column('uuid', { name: 'pinned_environment_id', nullable: true }) pinnedEnvironmentId!: string | null;
  @Column('text', { name: 'pinned_by', nullable: true }) pinnedBy!: string | null;
  @Column('timestamptz', { name: 'pinned_at', nullable: true }) pinnedAt!: Date | null;
  /** Entra tenants whose accounts may connect; empty: all. */
  @Column('uuid', { array: true }) tenants!: string[];
  @Column('boolean', { name: 'keep_alive' }) keepAlive!: boolean;
  /** Grows with each change. */
  @Column('bigint', { transformer: { to: (value: number) => value, from: Number } }) revision!: number;
}
