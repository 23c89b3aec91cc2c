import { expect, test } from "vitest";
import { signHeaders } from "../../provider/api/auth/identity-token/sigv4";

const address = new URL("https://sts.eu-central-1.amazonaws.com/");
const body =
  "Action=GetWebIdentityToken&Version=2011-06-15&Audience.member.1=api.tailscale.com%2FT1-k1&SigningAlgorithm=ES384&DurationSeconds=300";
/** The keys of AWS's own examples. */
const keys = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const now = new Date("2026-11-25T12:30:45.678Z");
const credential = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261125/eu-central-1/sts/aws4_request";

/**
 * Signed by `@smithy/signature-v4` 5, which AWS's SDK signs with, for the same request and time.
 */
test("a request is signed as AWS's own signer signs it, with and without a session", () => {
  expect(signHeaders(address, body, keys, "eu-central-1", "sts", now)).toEqual({
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: "sts.eu-central-1.amazonaws.com",
    "x-amz-date": "20261125T123045Z",
    authorization: `${credential}, SignedHeaders=content-type;host;x-amz-date, Signature=08d8b61ea125c3959dde228b72b02dd63b0e46380b117821dbb6ef36af71592c`,
  });
  const session = { ...keys, sessionToken: "a/session+token==" };
  expect(signHeaders(address, body, session, "eu-central-1", "sts", now)).toMatchObject({
    "x-amz-security-token": "a/session+token==",
    authorization: `${credential}, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=029b394416b06840a0ded2229ca73c8a6ad20fcc88afe171136cd8c392e0171d`,
  });
});
