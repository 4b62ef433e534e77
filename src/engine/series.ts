/** Room for the numbers of monitors; what is above it in a series is the number of the region. */
const REGION = 2 ** 32

/**
 * The history is kept per series: one monitor as seen from one region. Region 0 is the appliance itself, so the series
 * of a monitor that is checked from here alone is its number.
 */
export const seriesOf = (number: number, region: number): number => number + region * REGION
export const numberOf = (series: number): number => series % REGION
export const regionOf = (series: number): number => Math.floor(series / REGION)
