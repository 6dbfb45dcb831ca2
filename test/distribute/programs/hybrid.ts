/** Launches two replicas in this process, of a job of several, and says what each of them has reported. */
import { launched } from '../workers/support.js';

const data = { ...JSON.parse(process.argv[2]), local: 2 };
const { reports, error } = await launched('../../programs/train.js', 2, data, { timeoutSeconds: 60 });
if (error !== undefined) throw error;
for (const report of reports) console.log(`RANK ${JSON.stringify(report)}`);
