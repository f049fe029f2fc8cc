export { EventRecorder, type EventSource, type EventToRecord, type PreparedEvents } from './event-recorder.js';
export { eventKey, makeEvent, repeatEvent, referenceTo } from './event-object.js';
