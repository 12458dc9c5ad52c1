import type { ConnectionReason, ConnectionStatus } from '@bliro/contract/auth';
import { Column, Entity, PrimaryColumn } from 'typeorm';

const bigint = { to: (value: number) => value, from: (value: string) => Number(value) };

/** One user's link to Dynamics. `version` grows with each change that others may notice, `generation` with each stored token. */
@Entity({ name: 'connection' })
export class Connection {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organization!: string;
  @Column('text', { name: 'user_id' }) userId!: string;
  @Column('text') status!: ConnectionStatus;
  @Column('text', { nullable: true }) reason!: ConnectionReason | null;
  @Column('bigint', { transformer: bigint }) version!: number;

  @Column('uuid', { name: 'tenant_id', nullable: true }) tenantId!: string | null;
  @Column('text', { nullable: true }) subject!: string | null;
  @Column('text', { name: 'account_name', nullable: true }) accountName!: string | null;
  @Column('text', { name: 'account_email', nullable: true }) accountEmail!: string | null;

  /** The user's own choice; the organization's pin goes before it and leaves it as it is. */
  @Column('uuid', { name: 'chosen_environment_id', nullable: true }) chosenEnvironmentId!: string | null;
  @Column('boolean') pinned!: boolean;
  /** The environment in force, at the address that the user's own Discovery gave. */
  @Column('uuid', { name: 'environment_id', nullable: true }) environmentId!: string | null;
  @Column('text', { name: 'environment_name', nullable: true }) environmentName!: string | null;
  @Column('text', { name: 'environment_url', nullable: true }) environmentUrl!: string | null;
  @Column('text', { name: 'environment_api_url', nullable: true }) environmentApiUrl!: string | null;
  @Column('text', { name: 'environment_type', nullable: true }) environmentType!: string | null;

  @Column('timestamptz', { name: 'discovery_due_at', nullable: true }) discoveryDueAt!: Date | null;

  @Column('integer') generation!: number;
  @Column('text', { nullable: true }) ciphertext!: string | null;
  @Column('uuid', { name: 'data_key_id', nullable: true }) dataKeyId!: string | null;

  /** Entra's challenge, for the next sign-in. */
  @Column('text', { nullable: true }) claims!: string | null;
  @Column('timestamptz', { name: 'keep_token_until', nullable: true }) keepTokenUntil!: Date | null;
  @Column('timestamptz', { name: 'probe_at', nullable: true }) probeAt!: Date | null;
  @Column('integer', { name: 'probe_interval_seconds', nullable: true }) probeIntervalSeconds!: number | null;
  @Column('integer', { name: 'unknown_refusals' }) unknownRefusals!: number;
  @Column('timestamptz', { name: 'unknown_refusal_at', nullable: true }) unknownRefusalAt!: Date | null;

  @Column('uuid', { name: 'lease_holder', nullable: true }) leaseHolder!: string | null;
  @Column('timestamptz', { name: 'lease_until', nullable: true }) leaseUntil!: Date | null;

  /** When the refresh token is to be used for its own sake, long before the 90 days that it has without use. */
  @Column('timestamptz', { name: 'keep_alive_at', nullable: true }) keepAliveAt!: Date | null;
  @Column('timestamptz', { name: 'connected_at', nullable: true }) connectedAt!: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
  @Column('timestamptz', { name: 'disconnected_at', nullable: true }) disconnectedAt!: Date | null;
}
