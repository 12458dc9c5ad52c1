export { readInfo, SandboxClient, SandboxRefused } from './client.js';
export type { Environment, Fault, Info, JobMessage, JournalEntry, Row, Session, Target } from './messages.js';
