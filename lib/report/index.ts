/**
 * `adamax/report`: the course of a training as a picture.
 * @module adamax/report
 */
export { Report, type ReportOptions } from './report.js';
export type { ReportState } from './state.js';
export type { ReportedStep, Series } from './told.js';
