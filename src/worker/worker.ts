import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serve } from './serve';
import { serveSpectrum, type SpectrumThreadData } from './jsonDocuments';
import { serveTasks, type TaskThreadData } from './pool';
import { serveTimeline, type TimelineThreadData } from './timelineThreads';

if (isMainThread || !parentPort) throw new Error('this is the entry of a worker thread');
const data = workerData as TaskThreadData | TimelineThreadData | SpectrumThreadData | null;
if (data?.role === 'tasks') serveTasks(parentPort, data);
else if (data?.role === 'timeline') serveTimeline(parentPort, data);
else if (data?.role === 'spectrum') serveSpectrum(parentPort, data);
else serve(parentPort, __filename);
