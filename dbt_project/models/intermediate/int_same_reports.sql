-- Reports that evidence shows to be one report, in several bytes: the same text, or the same address and year.
-- Evidence is needed where names do not place a body: a bare name is carried by many towns.
with recursive reports as (
    select * from {{ ref('int_distinct_reports') }}
),

signatures as (
    select * from {{ ref('int_signatures') }}
),

addresses as (
    select * from {{ ref('int_report_addresses') }}
),

signed as (
    select
        reports.report_key,
        reports.unit_name,
        reports.report_year,
        signatures.sketch,
        -- The same words and cells of a named body prove it by their figures, or, where they are long enough, by the
        -- date of the signature: a short text without figures is a form that many towns have filled in alike.
        case
            when reports.unit_name is null then null
            when signatures.n_figures >= {{ var('min_same_figures') }} then signatures.text_digest
            when
                signatures.n_characters >= {{ var('min_prose_characters') }}
                and reports.published_on_basis = 'signature'
                then signatures.text_digest || reports.published_on
        end as text_key
    from reports
    inner join signatures on reports.report_key = signatures.report_key
),

texts as (
    select
        *,
        case when text_key is null then report_key else min(report_key) over (partition by text_key) end as text_node
    from signed
),

placed as (
    select
        addresses.address,
        texts.*,
        count(distinct texts.unit_name) over (partition by addresses.address, texts.report_year) as n_names,
        count(distinct texts.text_node) over (partition by addresses.address, texts.report_year) as n_texts,
        first_value(texts.sketch) over (
            partition by addresses.address, texts.report_year order by texts.unit_name is null, texts.report_key
        ) as first_sketch
    from texts
    inner join addresses on texts.report_key = addresses.report_key
),

-- An address with many texts is a list of reports. Under one with several names each name is for itself; a text
-- without a name has to be like the first one.
evidence as (
    select distinct
        text_node,
        concat_ws('|', address, report_year, case when n_names > 1 then unit_name end) as address_key
    from placed
    where
        n_texts between 2 and {{ var('max_texts_of_address') }}
        and (
            unit_name is not null
            or (n_names <= 1 and {{ sketch_similarity('sketch', 'first_sketch') }} >= 0.5)
        )
),

reached (text_node, same_node) as (
    select distinct
        text_node,
        text_node as same_node
    from evidence
    union
    select
        other.text_node,
        reached.same_node
    from reached
    inner join evidence on reached.text_node = evidence.text_node
    inner join evidence as other on evidence.address_key = other.address_key
),

joined as (
    select
        text_node,
        min(same_node) as same_node,
        count(*) > 1 as is_joined
    from reached
    group by text_node
),

grouped as (
    select
        texts.report_key,
        coalesce(joined.same_node, texts.text_node) as same_report_key,
        coalesce(joined.is_joined, false) as by_address,
        count(*) over (partition by texts.text_node) > 1 as by_text
    from texts
    left join joined on texts.text_node = joined.text_node
)

select
    report_key,
    same_report_key,
    count(*) over (partition by same_report_key) as n_same_reports,
    case
        when by_text and by_address then 'text_and_address'
        when by_text then 'text'
        when by_address then 'address'
    end as same_report_basis
from grouped
