/** The process whose threads are the replicas of a task. */
import { launch } from 'adamax/distribute';

const job = JSON.parse(process.argv[2]) as { count: number };
await launch(new URL('replica.js', import.meta.url), { replicas: job.count, worker: { workerData: job } });
