// The bakery of worker/examples/bakery, in TypeScript.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import * as activities from './activities';

async function main(): Promise<void> {
  const bindAddress = `127.0.0.1:${process.env.METRICS_PORT}`;
  const prometheus = { bindAddress, useSecondsForDurations: true, unitSuffix: true, countersTotalSuffix: true };
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
