// Calls Bedrock from each of several environments, one after the other, and prints what the SDK saw in each:
//   node sources.mjs '{"imds": {"AWS_REGION": …}, …}'
// {models, events} by name, or {error}. NODE_EXTRA_CA_CERTS is read when node starts, so it belongs to the process.
import { BedrockClient, ListFoundationModelsCommand } from "@aws-sdk/client-bedrock";
import { BedrockRuntimeClient, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";

const question = {
  modelId: "amazon.nova-micro-v1:0",
  messages: [{ role: "user", content: [{ text: "Tell me about rivers." }] }],
};

async function call() {
  const control = new BedrockClient({});
  const runtime = new BedrockRuntimeClient({});
  try {
    const { modelSummaries } = await control.send(new ListFoundationModelsCommand({}));
    const { stream } = await runtime.send(new ConverseStreamCommand(question));
    const events = [];
    for await (const event of stream) events.push(...Object.keys(event));
    return { models: modelSummaries.length, events };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  } finally {
    control.destroy();
    runtime.destroy();
  }
}

const seen = {};
for (const [name, environment] of Object.entries(JSON.parse(process.argv[2]))) {
  process.env = environment;
  seen[name] = await call();
}
console.log(JSON.stringify(seen));
