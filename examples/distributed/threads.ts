/** A process whose threads are the replicas of a training. It is told of it by its argument. */
import { launch } from 'adamax/distribute';

const job = JSON.parse(process.argv[2]);
await launch(new URL('./replica.js', import.meta.url), { replicas: job.replicas, worker: { workerData: job } });
