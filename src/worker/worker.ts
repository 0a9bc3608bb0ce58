import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serve } from './serve';
import { serveTasks, type TaskThreadData } from './pool';

if (isMainThread || !parentPort) throw new Error('this is the entry of a worker thread');
const data = workerData as TaskThreadData | null;
if (data?.role === 'tasks') serveTasks(parentPort, data);
else serve(parentPort, __filename);
