import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

const { bake } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** What a client asks for. */
export interface BreadOrder {
  loaves: number;
  oven_seconds: number;
}

/** Bakes one loaf after the other. */
export async function BakeWorkflow(order: BreadOrder): Promise<string[]> {
  const loaves: string[] = [];
  while (loaves.length < order.loaves) {
    loaves.push(await bake(order.oven_seconds));
  }
  return loaves;
}
