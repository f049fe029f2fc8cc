export { ControlLoop, type ControlLoopOptions } from './control-loop.js';
