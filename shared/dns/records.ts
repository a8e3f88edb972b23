/**
 * Resource records as values (RFC 1035 §3.2, RFC 9499).
 *
 * Owner names and names inside record data are absolute, written without the final dot, in A-label form (RFC 5890);
 * the root is the empty string. Letter case is kept as it was written and never matters: compare with `sameName`.
 */

/**
 * The character-strings of a TXT record in order (RFC 1035 §3.3.14). Each JavaScript character stands for one octet
 * (U+0000 to U+00FF), at most 255 of them in a string, so lengths in octets are string lengths.
 */
export type TxtStrings = readonly string[];

interface Owned {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
}

export type ResourceRecord =
  | (Owned & { readonly type: 'A' | 'AAAA'; readonly address: string })
  | (Owned & { readonly type: 'CNAME' | 'NS' | 'PTR' | 'DNAME'; readonly target: string })
  | (Owned & { readonly type: 'TXT' | 'SPF'; readonly strings: TxtStrings })
  | (Owned & { readonly type: 'MX'; readonly preference: number; readonly exchange: string })
  | (Owned & {
      readonly type: 'SOA';
      readonly mname: string;
      readonly rname: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    })
  | (Owned & {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    })
  | (Owned & { readonly type: 'CAA'; readonly flags: number; readonly tag: string; readonly value: string })
  /** Any other type, its data as octets (RFC 3597). `typeName` is the mnemonic where there is one, else `TYPEn`. */
  | (Owned & { readonly type: 'OTHER'; readonly typeName: string; readonly rdata: Uint8Array });

/** The types a question may ask for. */
export type QueryType =
  | 'A'
  | 'AAAA'
  | 'CNAME'
  | 'NS'
  | 'PTR'
  | 'DNAME'
  | 'TXT'
  | 'SPF'
  | 'MX'
  | 'SOA'
  | 'SRV'
  | 'CAA'
  | 'TLSA';

/** The mnemonic of a record’s type, as questions have it. */
export function mnemonicOf(record: ResourceRecord): string {
  return record.type === 'OTHER' ? record.typeName : record.type;
}

/** Records of a given type: `RecordOf<'MX'>` has `preference` and `exchange`. */
export type RecordOf<Type extends ResourceRecord['type']> = Type extends unknown ? Having<ResourceRecord, Type> : never;

type Having<Member extends ResourceRecord, Type> = Member extends unknown
  ? Type extends Member['type']
    ? Member
    : never
  : never;
