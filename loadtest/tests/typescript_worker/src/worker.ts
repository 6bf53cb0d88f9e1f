// The bakery of worker/examples/bakery, in TypeScript.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import * as activities from './activities';

async function main(): Promise<void> {
  const bindAddress = `127.0.0.1:${process.env.METRICS_PORT}`;
  const bounds = Array.from({ length: 28 }, (_, step) => 0.001 * 1.5 ** step); // 1 ms to 57 s; the SDK's own begin at 100 ms
  const prometheus = {
    bindAddress,
    useSecondsForDurations: true,
    unitSuffix: true,
    countersTotalSuffix: true,
    histogramBucketOverrides: {
      workflow_task_schedule_to_start_latency: bounds,
      activity_schedule_to_start_latency: bounds,
    },
  };
  Runtime.install({ workerHeartbeatInterval: '5s', telemetryOptions: { metrics: { prometheus } } });
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const worker = await Worker.create({
    connection: await NativeConnection.connect(connectionOptions),
    namespace,
    taskQueue: process.env.TEMPORAL_TASK_QUEUE!,
    workflowsPath: require.resolve('./workflows'),
    activities,
    shutdownGraceTime: '20s',
  });
  await worker.run(); // ends on SIGTERM
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
