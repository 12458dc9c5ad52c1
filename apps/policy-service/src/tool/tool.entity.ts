import type { Permission } from '@bliro/contract/policy';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tool as an administrator left it. One that nobody configured has no row, and is denied. */
@Entity('tool')
export class ToolRow {
  @PrimaryColumn('text')
  organization!: string;

  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  permission!: Permission;

  /** Null: the predefined one. */
  @Column('text', { nullable: true })
  description!: string | null;

  /** Null: all that the operation can take, also what is added to the table later. */
  @Column('text', { array: true, nullable: true })
  fields!: string[] | null;

  /** The organization's revision that last changed it. */
  @Column('bigint', { transformer: { to: (value: number) => value, from: Number } })
  revision!: number;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;

  @Column('text', { name: 'changed_by' })
  changedBy!: string;
}
