import { CommandLines } from '@/parts/command'
import { Copyable } from '@/parts/copyable'
import { Card, CardHead } from '@/ui/card'
import type { Integration } from './data'
import { curlOf, snippetsOf } from './samples'

/** What to enter in the other program, and lines that show that it works. */
export const Enter = ({ integration }: { integration: Integration }) => (
  <>
    <Card aria-labelledby="enter">
      <CardHead
        id="enter"
        title={`Enter this in ${integration.type === 'generic' ? 'the other program' : integration.title}`}
        hint="Whoever has the key can open and close incidents."
      />
      <div className="space-y-4 p-4">
        {integration.enter.map(({ title, value }) => (
          <Copyable key={title} label={title} value={value} />
        ))}
        {snippetsOf(integration).map(({ label, text }) => (
          <CommandLines key={label} label={label} text={text} />
        ))}
      </div>
    </Card>
    <Card aria-labelledby="send-one">
      <CardHead id="send-one" title="Send a sample event" hint="It opens an incident, and people are told of it." />
      <div className="space-y-4 p-4">
        <CommandLines label="Something is wrong" text={curlOf(integration, 'open')} />
        <CommandLines label="It is over" text={curlOf(integration, 'close')} />
      </div>
    </Card>
  </>
)
