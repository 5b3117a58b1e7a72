-- Every delivery that proved its signature, once. The body is kept as it came: an observation and the evidence.

create table plane.webhook_delivery (
  id bigint generated always as identity constraint webhook_delivery_pkey primary key,
  dedup_key text not null,
  delivery_id text,
  source text not null constraint webhook_delivery_source_known check (source in ('plane', 'odoo')),
  envelope text not null
    constraint webhook_delivery_envelope_known check (envelope in ('plane_v1', 'plane_v2', 'plane_legacy', 'odoo', 'unknown')),
  event_type text not null,
  entity_type text,
  entity_id text,
  entity_key text,
  observed_at timestamptz,
  body text not null,
  status text not null default 'received'
    constraint webhook_delivery_status_known check (status in ('received', 'processed', 'ignored', 'failed')),
  processed boolean generated always as (status = 'processed') stored,
  error text,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  -- What makes two deliveries the same one. Plane draws a new delivery id for each attempt, so it is not that.
  constraint webhook_delivery_dedup_key unique (dedup_key),
  constraint webhook_delivery_delivery_key unique (delivery_id)
);
comment on column plane.webhook_delivery.dedup_key is
  'Plane v1: webhook id and SHA-256 of the raw body; v2: webhook id and event_id; Odoo: the signed delivery id, else unique.';
comment on column plane.webhook_delivery.body is 'The request body, byte for byte.';
comment on column plane.webhook_delivery.observed_at is 'updated_at of the record inside the body.';

-- Settling marks the deliveries of one entity; only open and failed ones are in the index, so it stays as small as the
-- backlog.
create index webhook_delivery_open_idx on plane.webhook_delivery (entity_key, id) where status in ('received', 'failed');
-- "What did Plane say of this record after that moment": who changed a value and when it was first seen. Only what carries the
-- record is in it.
create index webhook_delivery_said_idx on plane.webhook_delivery (entity_key, observed_at) where envelope = 'plane_v1' and observed_at is not null;
-- Retention and "what came between": rows arrive in time order.
create index webhook_delivery_received_idx on plane.webhook_delivery using brin (received_at);

-- LZ4 halves the CPU cost of storing a body; servers built without it keep their default.
do $$
begin
  alter table plane.webhook_delivery alter column body set compression lz4;
exception when feature_not_supported then
  raise notice 'this server has no lz4; webhook bodies use its default compression';
end
$$;

alter table plane.webhook_delivery enable row level security;
revoke all on plane.webhook_delivery from anon, authenticated, service_role;
grant select, insert, update, delete on plane.webhook_delivery to service_role;
create policy webhook_delivery_functions on plane.webhook_delivery for all to service_role using (true) with check (true);
