// E015 CollectionExecutionExample: two small collections joined, in the environment that runs everything on arrays.
import { createCollectionEnvironment } from "millrace";

const env = createCollectionEnvironment();
const users = env.fromElements({ id: 1, name: "Peter" }, { id: 2, name: "John" }, { id: 3, name: "Bill" });
const mails = env.fromElements(
  { user: 1, subject: "Re: Meeting", body: "How about 1pm?" },
  { user: 1, subject: "Re: Meeting", body: "Sorry, I'm not available" },
  { user: 3, subject: "Re: Re: Project proposal", body: "Give me a few more days" },
);
const result = users
  .join(mails)
  .where("id")
  .equalTo("user")
  .with((user, mail) => `<${user.name}> ${mail.subject}: ${mail.body}`);
for (const line of await result.collect()) console.log(line);
