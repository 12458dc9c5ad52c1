export { append } from './append.js';
export type { NewEvent, StoredEvent } from './event.js';
export { cursorTableSql, eventTableSql } from './event-table.js';
export { followEvents, type Follower, type FollowOptions } from './follow.js';
export { eventsSince, numberEvents } from './read.js';
