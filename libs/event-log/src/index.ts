export { append } from './append.js';
export type { NewEvent } from './event.js';
export { cursorTableSql, eventTableSql } from './event-table.js';
export { followEvents, type Follower } from './follow.js';
export { eventsSince } from './read.js';
