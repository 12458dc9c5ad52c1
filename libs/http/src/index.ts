export { startHttp, type HttpOptions } from './start.js';
export { callerModule, CurrentCaller } from './caller.js';
export { Problems, Public, Roles, UuidParam } from './operation.js';
export { defineProblems, Problem, type InputError, type ProblemCatalogue, type ProblemDefinition } from './problem.js';
export { inputErrors } from './validation.js';
export { type Caller, type HostTokenOptions, type Role } from './host-token.js';
