import { refuse, RequestError, send, token } from "./http";
import type { Attribute, Attributes, Place } from "./types";

function authorization({ account, region }: Place, service: "sqs" | "sns"): string {
  const scope = `Credential=${account}/-/${region}/${service}/-`;
  return token.value ? `Bearer ${token.value}, ${scope}` : `Squire ${scope}`;
}

function fail(what: string, status: number, message: string): never {
  if ((status === 401 || status === 403) && !token.value) refuse("");
  throw new RequestError(what, status, message);
}

// One action of SQS, as the SDKs send it.
export async function sqs<T = unknown>(place: Place, action: string, input: object): Promise<T> {
  const answer = await send(action, "/", {
    method: "POST",
    headers: {
      Authorization: authorization(place, "sqs"),
      "Content-Type": "application/x-amz-json-1.0",
      "X-Amz-Target": `AmazonSQS.${action}`,
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (answer.ok) return (text ? JSON.parse(text) : {}) as T;
  let message = text.slice(0, 300);
  try {
    const error = JSON.parse(text) as { message?: string; __type?: string };
    message = error.message ?? error.__type?.split("#").pop() ?? message;
  } catch {
    // The text itself then has to explain it.
  }
  return fail(action, answer.status, message);
}

// One action of SNS. Its answers are XML; the result is the text of the elements asked for.
export async function sns(
  place: Place,
  action: string,
  input: Record<string, string>,
): Promise<(name: string) => string> {
  const answer = await send(action, "/", {
    method: "POST",
    headers: { Authorization: authorization(place, "sns") },
    body: new URLSearchParams({ Action: action, Version: "2010-03-31", ...input }),
  });
  const document = new DOMParser().parseFromString(await answer.text(), "application/xml");
  const text = (name: string) => document.getElementsByTagName(name)[0]?.textContent ?? "";
  if (!answer.ok) fail(action, answer.status, text("Message") || `HTTP ${answer.status}`);
  return text;
}

const isBinary = ({ type }: Attribute) => type.split(".")[0] === "Binary";

export function sqsAttributes(attributes: Attributes): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      {
        DataType: attribute.type,
        [isBinary(attribute) ? "BinaryValue" : "StringValue"]: attribute.value,
      },
    ]),
  );
}

export function snsAttributes(attributes: Attributes): Record<string, string> {
  const fields: Record<string, string> = {};
  Object.entries(attributes).forEach(([name, attribute], index) => {
    const entry = `MessageAttributes.entry.${index + 1}`;
    fields[`${entry}.Name`] = name;
    fields[`${entry}.Value.DataType`] = attribute.type;
    fields[`${entry}.Value.${isBinary(attribute) ? "BinaryValue" : "StringValue"}`] =
      attribute.value;
  });
  return fields;
}

export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<
    string,
    { DataType: string; StringValue?: string; BinaryValue?: string }
  >;
}

export interface MoveTask {
  TaskHandle?: string;
  Status: string;
  SourceArn: string;
  DestinationArn?: string;
  ApproximateNumberOfMessagesMoved?: number;
  ApproximateNumberOfMessagesToMove?: number;
  FailureReason?: string;
  StartedTimestamp: number;
}
