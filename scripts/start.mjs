// npm start: set up what is missing, then run the standalone service in this process.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/apps/standalone/main.js');
