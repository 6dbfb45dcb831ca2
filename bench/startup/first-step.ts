// What a process costs that takes one step: see ../startup.ts.
import { Adamax } from 'adamax';

new Adamax().applyGradients([[new Float32Array(1), new Float32Array(1)]]);
