/** The sentence for a field or for one of its entries: `parents.0` and `tags[2]` belong to `parents` and `tags`. */
export const errorAt = (errors: Record<string, string>, name: string): string | undefined =>
  errors[name] ??
  Object.entries(errors).find(([path]) => path.startsWith(`${name}.`) || path.startsWith(`${name}[`))?.[1]
