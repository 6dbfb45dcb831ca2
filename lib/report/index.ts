/** `adamax/report`: the course of a training as a picture. */
export { Report, type ReportOptions } from './report.js';
export type { ReportState } from './state.js';
export type { ReportedStep, Series } from './told.js';
