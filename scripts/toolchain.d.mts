export declare const root: string
export declare function die(message: string): never
type Options = { cwd?: string; env?: Record<string, string>; limitMs?: number; signal?: AbortSignal }
export declare function run(command: string, args: string[], options?: Options): Promise<number>
export declare function must(command: string, args: string[], options?: Options): Promise<void>
export declare function ensureBun(): Promise<string>
export declare function ensureDependencies(bun: string): Promise<void>
export declare function newest(paths: string[]): number
export declare function totals(report: string, code: number): { passed: number; failed: number; skipped: number }
