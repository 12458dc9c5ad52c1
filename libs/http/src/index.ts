export { startHttp } from './start.js';
export { callerModule, CurrentCaller } from './caller.js';
export { Problems, Public, Roles, UuidParam } from './operation.js';
export { defineProblems, Problem, type InputError } from './problem.js';
export { HostTokens, type Caller, type Role } from './host-token.js';
