import type { ActionStatus } from '@bliro/contract/crm';
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, type Relation } from 'typeorm';

/** Rows of the ledger for reading; what writes them is SQL of the verbs. */
@Entity({ name: 'job' })
export class JobRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  organization!: string;

  @Column('text', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'meeting_id', nullable: true })
  meetingId!: string | null;

  @Column('text', { name: 'correlation_id' })
  correlationId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @OneToMany(() => ActionRow, (action) => action.job)
  actions!: Relation<ActionRow[]>;
}

@Entity({ name: 'action' })
export class ActionRow {
  @PrimaryColumn('uuid')
  id!: string;

  @ManyToOne(() => JobRow, (job) => job.actions)
  @JoinColumn({ name: 'job_id' })
  job!: Relation<JobRow>;

  @Column('bigint')
  position!: string;

  @Column('text')
  key!: string;

  @Column('text')
  tool!: string;

  @Column('text')
  status!: ActionStatus;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('text', { nullable: true })
  message!: string | null;

  @Column('text', { nullable: true })
  code!: string | null;

  @Column('integer')
  attempts!: number;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;

  @Column('uuid', { name: 'decision_id', nullable: true })
  decisionId!: string | null;

  @Column('text', { name: 'record_table', nullable: true })
  recordTable!: string | null;

  @Column('uuid', { name: 'record_id', nullable: true })
  recordId!: string | null;

  @Column('text', { name: 'record_url', nullable: true })
  recordUrl!: string | null;
}

@Entity({ name: 'content' })
export class ContentRow {
  @PrimaryColumn('uuid', { name: 'action_id' })
  actionId!: string;

  @PrimaryColumn('text')
  kind!: 'input' | 'before' | 'result';

  @PrimaryColumn('integer')
  number!: number;

  @Column('text')
  body!: string;
}

export const ledgerEntities = [JobRow, ActionRow, ContentRow];
