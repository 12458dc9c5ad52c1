import { userByOid, users, type User } from '../../entra/directory.js';
import type { Author } from '../write/commit.js';
import { systemUserId, type Environment } from '../environments.js';
import { DataverseFailure } from '../failure.js';
import { administratorRole, fullRole, readRole, type Role } from './role.js';

/** Somebody who may use the environment, as a request acts for them. */
export interface Member extends Author {
  person: User;
  roles: readonly Role[];
  teams: readonly string[];
}

/** What an administrator can change about a user. */
export interface Standing {
  roles: readonly Role[];
  licensed: boolean;
  member: boolean;
  disabled: boolean;
  businessUnitId: string;
}

/** The people of one environment and where they stand. */
export class Membership {
  private readonly standings = new Map<string, Standing>();

  constructor(private readonly environment: Environment) {}

  standingOf(person: User): Standing {
    return this.standings.get(person.upn) ?? this.initial(person);
  }

  change(person: User, change: Partial<Standing>): void {
    this.standings.set(person.upn, { ...this.standingOf(person), ...change });
  }

  /** Whether Global Discovery shows the environment to them. */
  isShownTo(person: User): boolean {
    const { member, disabled } = this.standingOf(person);
    return member && !disabled;
  }

  people(): User[] {
    return users.filter((person) => this.standingOf(person).member);
  }

  /** @throws DataverseFailure 403 for somebody whom the environment doesn't let in */
  memberOf(oid: string): Member {
    const person = userByOid(oid);
    const standing = person && this.standingOf(person);
    if (!person || !standing?.member)
      throw new DataverseFailure(403, '0x80072560', 'The user is not a member of the organization.');
    const userId = systemUserId(this.environment, person);
    if (standing.disabled)
      throw new DataverseFailure(
        403,
        '0x80040225',
        `The specified user(Id=${userId}) is disabled. Consider enabling this user.`,
      );
    if (standing.roles.length === 0)
      throw new DataverseFailure(403, '0x80042f09', `The user with id ${userId} has not been assigned any roles.`);
    const { businessUnitId } = standing;
    const { currencyId, teamId } = this.environment;
    // Without a licence a user keeps the stub's few privileges: reading a handful of tables.
    const roles = standing.licensed ? standing.roles : [];
    return { person, roles, userId, businessUnitId, currencyId, teams: [teamId] };
  }

  private initial(person: User): Standing {
    const rights = this.environment.members.get(person.upn);
    const role = rights === 'full' ? fullRole : readRole;
    return {
      roles: person.admin ? [administratorRole] : [role],
      licensed: true,
      member: rights !== undefined,
      disabled: false,
      businessUnitId: this.environment.businessUnitId,
    };
  }
}
