export const Logo = ({ size = 24 }: { size?: number }) => (
  <span
    aria-hidden
    className="grid shrink-0 place-items-center rounded-sm bg-ink text-on-ink"
    style={{ width: size, height: size }}
  >
    <svg width={size * 0.58} height={size * 0.58} viewBox="0 0 14 14" aria-hidden>
      <path
        d="M1 8.2h2.6L5.3 3l3 8 1.8-4.6.7 1.8H13"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  </span>
)
