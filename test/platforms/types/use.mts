/** Uses every public name once, as a user's strict program would. It is compiled, never run. */
import {
  Adagrad,
  type AdagradOptions,
  Adamax,
  type AdamaxOptions,
  type AnyVariable,
  type ApplyOptions,
  type Config,
  type Constraint,
  type CustomObjects,
  type Differentiated,
  type DType,
  type EngineVariables,
  type ErrorCode,
  type Gradient,
  type GradientEngine,
  type GradientList,
  type GradientOptions,
  type GradsAndVars,
  type HyperValue,
  IndexedSlices,
  initializers,
  type Leaf,
  type LearningRate,
  type Loss,
  type LossResult,
  type MinimizeOptions,
  type NdArray,
  type Nested,
  type NonFinite,
  type Optimizer,
  type OptimizerOptions,
  optimizers,
  RMSprop,
  type RMSpropOptions,
  type Rule,
  type SetWeightsOptions,
  SGD,
  type SGDOptions,
  type Shape,
  type SlotDtype,
  type StepRecord,
  schedules,
  Variable,
  type VariableLike,
  type VariableList,
  type VariableOptions,
  type VariableTarget,
  type VarList,
  type WeightData,
  type WeightLike,
  type WeightOptions,
  type WeightsReport,
} from 'adamax';
import * as distribute from 'adamax/distribute';
import * as kernels from 'adamax/kernels';
import * as prebuilt from 'adamax/prebuilt';
import * as reports from 'adamax/report';

declare const floats: Float32Array;
declare const counts: BigInt64Array;

export const shape: Shape = [2, 2];
export const constraint: Constraint = (values) => values.map((value) => Math.abs(value));
export const variableOptions: VariableOptions = { shape, name: 'w', trainable: true, constraint };
export const variable = new Variable(floats, variableOptions);
export const counter: AnyVariable = new Variable(counts, { shape: [] });
export const dtype: DType = counter.dtype;
export const like: VariableLike = floats;
export const list: VariableList = [variable, [like]];

const rows = new IndexedSlices(floats, [0, 1]);
const nested: Nested = [[1, 2], floats];
export const gradients: Gradient[] = [floats, variable, nested, rows, null];

const slotDtype: SlotDtype = 'bfloat16';
const nonFinite: NonFinite = 'skip';
export const rate: LearningRate = new schedules.ExponentialDecay({
  initialLearningRate: 0.1,
  decaySteps: 10,
  decayRate: 0.9,
});
const beta1: HyperValue = (step: number) => 1 - 1 / (step + 2);
export const common: OptimizerOptions = { learningRate: rate, clipnorm: 1, clipvalue: null, slotDtype, nonFinite };
const adamaxOptions: AdamaxOptions = { ...common, beta1, beta2: 0.99, epsilon: 1e-6 };
const adagradOptions: AdagradOptions = { initialAccumulatorValue: 0.1 };
const rmspropOptions: RMSpropOptions = { rho: 0.9, centered: true };
const sgdOptions: SGDOptions = { momentum: 0.9, nesterov: true };
export const optimizer = new Adamax(adamaxOptions);
export const all: Optimizer[] = [new Adagrad(adagradOptions), new RMSprop(rmspropOptions), new SGD(sgdOptions)];

const pairs: GradsAndVars = gradients.map((gradient) => [gradient, variable] as const);
const apply: ApplyOptions = { name: 'step' };
export const steps: number = optimizer.applyGradients(pairs, apply);
export const later: Promise<number> = optimizer.applyGradientsAsync(new Map([[floats, variable]]));
export const count: bigint | undefined = optimizer.iterations.data[0];
export const slot: Variable = optimizer.getSlot(variable, 'm');

const lastStep: StepRecord | null = optimizer.lastStep;
export const lastNorm: number | undefined = lastStep?.gradientNorm;
const reportOptions: reports.ReportOptions = { title: 'A', path: 'a.html', every: 1, state: null };
const picture = new reports.Report(reportOptions);
const reported: reports.ReportedStep = { steps: 1, loss: 0.5 };
const series: reports.Series = { accuracy: 0.9 };
picture.step(lastStep, series);
picture.step(reported);
export const knownSteps: reports.ReportState = picture.state;

const gradientList: GradientList = new Map([[variable, floats]]);
const result: LossResult = { loss: 1, gradients: () => gradientList };
const loss: Loss = () => result;
const varList: VarList = () => list;
const minimizing: MinimizeOptions = { gradLoss: 2 };
const without: GradientOptions = { engine: null };
optimizer.minimize(loss, varList, minimizing);
export const found: Gradient[] = optimizer.getGradients(loss, variable, without);

const differentiated: Differentiated = { gradients: [floats, undefined] };
export const engine: GradientEngine<number[]> = { differentiate: () => differentiated };
export const target: VariableTarget | EngineVariables[keyof EngineVariables] = variable;
export const read = (leaf: Leaf<number[]>): number[] => leaf(variable);

const data: WeightData = [[1, 2]];
const weight: WeightLike = data;
const setting: SetWeightsOptions = { partial: true };
const report: WeightsReport = optimizer.setWeights([weight], setting);
export const missing: readonly string[] = report.missing;
export const saved: NdArray[] = optimizer.getWeights();
const extra: WeightOptions = { dtype: 'int64', saved: true };
export const added: AnyVariable = optimizer.addWeight('epochs', [], extra);

const config: Config = optimizer.getConfig();
const custom: CustomObjects = { Mine: Adamax };
export const again: Adamax = Adamax.fromConfig(config, custom);
export const serialized: optimizers.SerializedOptimizer = optimizers.serialize(optimizer);
export const classOf: optimizers.OptimizerClass = Adamax;
export const restored: Optimizer = optimizers.deserialize(serialized, custom) ?? optimizers.get('sgd');

class Halving extends schedules.LearningRateSchedule {
  readonly options: schedules.ScheduleOptions = { name: null };
  override call(step: number): number {
    return 0.5 ** step;
  }
  override getConfig(): schedules.ScheduleConfig {
    return { ...this.options };
  }
}
export const halving: schedules.SerializedSchedule = schedules.serialize(new Halving());
export const scheduleClass: schedules.ScheduleClass = schedules.CosineDecay;
export const decayed: number = schedules.deserialize(halving).call(1);

const seeded: initializers.SeedOption = { seed: 1 };
const glorot: initializers.Initializer = initializers.glorotUniform(seeded);
export const own: initializers.InitializerFunction = initializers.get(() => 1);
export const values: Float32Array = glorot(shape);

export const rule: Rule = { name: 'still', slots: [], scalars: 0, sweep() {} };
export const code: ErrorCode = 'ERR_ADAMAX_BUSY';

const isa: kernels.Isa = kernels.isa();
export const isas: readonly kernels.Isa[] = [isa, ...kernels.availableIsa()];
kernels.setIsa('js');
kernels.setThreads(1);
kernels.loadNative('adamax.node');
kernels.loadNative({ href: 'file:///adamax.node' });
export const bundled: Adamax = new prebuilt.Adamax();
const options: kernels.AdamaxScalarOptions = { step: 1, learningRate: kernels.threads() };
const scalars: kernels.AdamaxScalars = kernels.adamaxScalars(options);
const indices: kernels.RowIndices = new Int32Array(1);
kernels.adamaxStep(floats, floats, floats, floats, scalars);
kernels.adamaxStepOut(floats, floats, floats, floats, floats, scalars);
kernels.adamaxStepRows(floats, floats, floats, 1, floats, indices, scalars);
export const norm: number = kernels.sumSquares(floats);

const launching: distribute.LaunchOptions = { replicas: 2, signal: null };
export const url: distribute.Url = { href: 'file:///train.js' };
export const signal: distribute.Signal = { aborted: false, reason: null };
export const launched: Promise<void> = distribute.launch(url, launching);
const mirrored: distribute.MirroredOptions = { shardState: true };
const multiWorker: distribute.MultiWorkerOptions = { ...mirrored, workers: 2 };
export const processes: distribute.MultiWorkerMirroredStrategy = new distribute.MultiWorkerMirroredStrategy(
  multiWorker,
);
const strategy: distribute.Strategy = distribute.hasStrategy()
  ? distribute.getStrategy()
  : new distribute.MirroredStrategy(mirrored);
const context: distribute.ReplicaContext = distribute.getReplicaContext();
const op: distribute.ReduceOp = 'mean';
const reducible: distribute.Reducible = [1, floats];
export const reduced: distribute.Reducible = context.allReduce(op, reducible);
const root: distribute.BroadcastOptions = { root: 0 };
strategy.broadcast([], root);
