import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An environment that one user's Discovery gave the last time it was asked, and that can be worked in. */
@Entity({ name: 'found_environment' })
export class FoundEnvironment {
  @PrimaryColumn('uuid', { name: 'connection_id' }) connectionId!: string;
  @PrimaryColumn('uuid', { name: 'environment_id' }) environmentId!: string;
  @Column('text') organization!: string;
  @Column('text') name!: string;
  @Column('text') url!: string;
  @Column('text', { name: 'api_url' }) apiUrl!: string;
  @Column('text') type!: string;
}
