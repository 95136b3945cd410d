// A shop: what every screen has something to show of.
import { eventually, kAccount, kRegion } from "./support.js";

const order = (number, region) =>
  JSON.stringify({
    order: 1000 + number,
    region,
    quantity: number * 30,
    items: [
      { sku: "A-17", price: 9.5 },
      { sku: "B-2", price: 120 },
    ],
    gift: number % 2 === 0,
  });
const text = (StringValue) => ({ DataType: "String", StringValue });

export async function seed(aws) {
  const failed = await aws.queue("orders-failed");
  const redrive = JSON.stringify({ deadLetterTargetArn: failed, maxReceiveCount: 3 });
  await aws.queue("orders", { RedrivePolicy: redrive, VisibilityTimeout: "600" });
  await aws.queue("payments.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
  const eu = await aws.queue("eu-orders");
  const large = await aws.queue("large-orders");
  await aws.queue("audit");
  await aws.sqs(
    "CreateQueue",
    { QueueName: "elsewhere" },
    { account: "111122223333", region: "eu-north-1" },
  );

  for (let number = 1; number <= 24; ++number) {
    await aws.send("orders", order(number, number % 3 ? "eu-north" : "us-west"), {
      MessageAttributes: {
        region: text(number % 3 ? "eu-north" : "us-west"),
        quantity: { DataType: "Number", StringValue: String(number) },
      },
    });
  }
  await aws.sqs("ReceiveMessage", {
    QueueUrl: aws.url("orders"),
    MaxNumberOfMessages: 4,
    VisibilityTimeout: 600,
  });
  for (let number = 0; number < 3; ++number)
    await aws.send("orders", `to be sent later ${number}`, { DelaySeconds: 600 });
  for (let number = 1; number <= 6; ++number)
    await aws.send("payments.fifo", order(number, "eu-south"), {
      MessageGroupId: `customer-${number % 3}`,
    });

  const topic = await aws.topic("orders-placed");
  await aws.subscribe(topic, "sqs", eu, {
    RawMessageDelivery: "true",
    FilterPolicyScope: "MessageBody",
    FilterPolicy: '{"region": [{"prefix": "eu"}]}',
  });
  await aws.subscribe(topic, "sqs", large, {
    RawMessageDelivery: "true",
    FilterPolicyScope: "MessageBody",
    FilterPolicy: '{"quantity": [{"numeric": [">=", 100]}]}',
  });
  await aws.subscribe(topic, "sqs", `arn:aws:sqs:${kRegion}:${kAccount}:audit`);
  await aws.subscribe(topic, "lambda", `arn:aws:lambda:${kRegion}:${kAccount}:function:resize`);
  await aws.subscribe(topic, "email", "ann@example.com");
  await confirmEmail(aws, topic);
  await aws.topic("nobody-listens");

  const published = (
    await aws.sns("Publish", {
      TopicArn: topic,
      Subject: "A new order",
      Message: order(2, "eu-north"),
    })
  )("MessageId");
  await aws.sns("Publish", {
    TopicArn: topic,
    Subject: "Your receipt",
    Message:
      '<html><body><h1 style="color: teal">Thank you!</h1><p>Your order <b>1002</b> is on its way.</p><img src="http://tracker.invalid/pixel.png"><script>parent.hacked = 1</script></body></html>',
  });
  await aws.sns("Publish", {
    PhoneNumber: "+15551234567",
    Message: "Your parcel arrives at noon.",
  });
  return { topic, published };
}

async function confirmEmail(aws, topic) {
  const token = await eventually(async () => {
    const { entries } = await aws.admin("outbox?protocol=email");
    return entries.map(({ body }) => /Token=([0-9a-f]+)/.exec(body)?.[1]).find(Boolean);
  }, "no confirmation was caught");
  await aws.sns("ConfirmSubscription", { TopicArn: topic, Token: token });
}
