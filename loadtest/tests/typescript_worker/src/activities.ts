/** Bakes one loaf. */
export async function bake(ovenSeconds: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 1000 * ovenSeconds));
  return 'loaf';
}
