/**
 * `#internals`: what tests and the bench look at behind the public surface. It is an entry of the same bundle as the
 * public ones, so that they see the very code and state that users get. It is not published.
 */
export { backend } from './backend/choose-backend.js';
export { CONTRACT, controlLength, controlSet } from './backend/contract.js';
export { Digest, digestOfText } from './backend/digest.js';
export { FileTransfer } from './backend/file-transfer.js';
export type { Binding } from './backend/native.js';
export { loadBinding, misfitOf } from './backend/native.js';
export { RowIndex } from './backend/row-index.js';
export { joinSums, PIECE } from './backend/sum-squares.js';
export { hashOf } from './checkpoint/metadata.js';
export type { Borders, Collective, Exchange } from './distribute/collective/collective.js';
export { openCounting, openMpi } from './distribute/collective/mpi/open-mpi.js';
export { addPairwise } from './distribute/collective/pairwise.js';
export { addParts } from './distribute/collective/workers/add.js';
export { openWorkers } from './distribute/collective/workers/open.js';
export { launch } from './distribute/launch.js';
export { shareCores } from './distribute/share-cores.js';
export { Shards } from './distribute/steps/shards.js';
export { initialize } from './initializers/initialize.js';
export { orthonormalize } from './initializers/orthogonal.js';
export { fansOf } from './initializers/variance-scaling.js';
export { interpreterOf } from './loading/elf.js';
export { ditheredBfloat16, fromBfloat16, toBfloat16 } from './math/bfloat16.js';
export { ditherOf } from './math/dither.js';
export { cosPi, log, powerOf } from './math/elementary.js';
export { normalQuantile } from './math/normal-quantile.js';
export { philox } from './math/philox.js';
export { power } from './math/power.js';
export { Random } from './math/random.js';
export { MemoryRegions } from './memory/regions.js';
export { lengthOf } from './memory/typed-arrays.js';
export { adamaxRule } from './optimizers/adamax-rule.js';
export { alphaOf, BiasCorrection } from './optimizers/bias-correction.js';
export { statesOf, stepperOf } from './optimizers/optimizer-state.js';
export { element, escaped, label, polyline, segment } from './report/drawing/markup.js';
export { type Ticks, ticksOver } from './report/drawing/ticks.js';
export type { StepHooks } from './step/hooks.js';
export type { StepPairs } from './step/step-pairs.js';
export { Rows, type StepGradient } from './variables/gradient.js';
