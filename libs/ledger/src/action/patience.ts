/** How long blocked work may wait, and a write for a call that tells its effect, until an organization's settings say otherwise. */
const patience = `interval '72 hours'`;

/** SQL over a row of `action`: when it expires, where it is blocked. */
export const blockedUntil = `action.changed_at + ${patience}`;

/** SQL over a row of `action`: no call was permitted to it for too long. */
export const overdue = `coalesce((SELECT max(started_at) FROM attempt WHERE attempt.action_id = action.id)
  + ${patience} <= clock_timestamp(), false)`;
