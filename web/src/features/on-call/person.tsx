import { cx } from '@/ui/cx'

/** The colour of a person: that of their avatar, wherever they stand. */
export const hueOf = (name: string) => [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
export const initialsOf = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2)
    .toUpperCase()
export const fillOf = (name: string) => ({
  background: `light-dark(oklch(.91 .05 ${hueOf(name)}), oklch(.36 .07 ${hueOf(name)}))`,
  color: `light-dark(oklch(.38 .11 ${hueOf(name)}), oklch(.9 .06 ${hueOf(name)}))`,
})

/** The same, paler: for what is over, or only lies below. */
export const paleOf = (name: string) => ({
  background: `light-dark(oklch(.955 .022 ${hueOf(name)}), oklch(.26 .035 ${hueOf(name)}))`,
  color: fillOf(name).color,
})

/** A square of that colour, for legends. */
export const Swatch = ({ name, className }: { name: string; className?: string }) => (
  <i aria-hidden className={cx('inline-block size-2.5 shrink-0 rounded-xs', className)} style={fillOf(name)} />
)
