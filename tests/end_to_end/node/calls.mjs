// Sends several commands, each to an endpoint of its own, and prints what the SDK saw of each as a JSON list:
//   node calls.mjs '[{"endpoint": "http://…", "name": "ConverseStream", "parameters": {…}}]'
// {output} for an answer, {events} for a stream, {error} when the SDK threw.
import * as runtime from "@aws-sdk/client-bedrock-runtime";

async function seen({ endpoint, name, parameters }) {
  const client = new runtime.BedrockRuntimeClient({ endpoint, maxAttempts: 1 });
  try {
    const answer = await client.send(new runtime[`${name}Command`](parameters));
    if (!name.endsWith("Stream")) return { output: answer };
    const events = [];
    for await (const event of answer.stream ?? answer.body) events.push(event);
    return { events };
  } catch (error) {
    return { error: [error.name, error.message] };
  } finally {
    client.destroy();
  }
}

const all = await Promise.all(JSON.parse(process.argv[2]).map(seen));
// The bodies and chunks of InvokeModel are bytes; they are printed as the text that they hold.
console.log(JSON.stringify(all, (_, value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value)));
