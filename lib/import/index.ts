/**
 * `adamax/import`: trainings that began in Keras or PyTorch.
 * @module adamax/import
 */
export type { Imported, ImportedVariable, Resumed } from './imported.js';
export { type ImportKerasOptions, importKeras } from './keras/import-keras.js';
export { type ImportTorchOptions, importTorch } from './torch/import-torch.js';
