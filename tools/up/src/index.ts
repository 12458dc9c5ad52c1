export { runCommand, type Command } from './command.js';
export { Failure } from './failure.js';
export { portOf } from './ports.js';
export { bringUp, type System } from './up.js';
export { paths, root } from './workspace.js';
