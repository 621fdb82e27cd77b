-- Which reports an override names. A document goes before a name, a name with its printed parent before a bare one,
-- the printed name before the unit of it. A bare name never takes a report that says itself that it is elsewhere:
-- one whose printed parent is no part of where the division lies, one with a clue that never can be of there (its
-- signature, its page), or one that the text itself has placed elsewhere by name and parent.
with overrides as (
    select * from {{ ref('stg_overrides') }}
),

reports as (
    select * from {{ ref('int_distinct_reports') }}
),

clues as (
    select
        evidence.report_key,
        evidence.place_code
    from {{ ref('int_body_evidence') }} as evidence
    inner join {{ ref('evidence_kinds') }} as kinds on evidence.evidence_kind = kinds.evidence_kind
    where kinds.blocks and evidence.place_code is not null
),

by_document as (
    select
        overrides.csv_row,
        reports.report_key,
        1 as precedence,
        true as agrees
    from overrides
    inner join reports on overrides.document_id = reports.document_id
),

named as (
    select
        report_key,
        printed_parent,
        division_code,
        resolution,
        body_name as name,
        0 as is_unit
    from reports
    where body_name is not null
    union all by name
    select
        report_key,
        printed_parent,
        division_code,
        resolution,
        unit_name as name,
        1 as is_unit
    from reports
    where unit_name is distinct from body_name and unit_name is not null
),

elsewhere as (
    select distinct
        overrides.csv_row,
        named.report_key
    from overrides
    inner join named on overrides.body_name = named.name
    inner join clues on named.report_key = clues.report_key
    where
        not starts_with(clues.place_code, overrides.division_code)
        and not starts_with(overrides.division_code, clues.place_code)
),

by_name as (
    select
        overrides.csv_row,
        named.report_key,
        case when overrides.printed_parent is null then 4 else 2 end + named.is_unit as precedence,
        overrides.printed_parent is not null or (
            elsewhere.report_key is null
            and (named.printed_parent is null or regexp_full_match(named.printed_parent, overrides.parent_pattern))
            and not (
                named.resolution = 'name_and_parent'
                and named.division_code is not null
                and not starts_with(named.division_code, overrides.division_code)
                and not starts_with(overrides.division_code, named.division_code)
            )
        ) as agrees
    from overrides
    inner join named on overrides.body_name = named.name
    left join elsewhere on overrides.csv_row = elsewhere.csv_row and named.report_key = elsewhere.report_key
    where overrides.printed_parent is null or overrides.printed_parent = named.printed_parent
),

matches as (
    select * from by_document
    union all by name
    select * from by_name
)

select
    matches.*,
    overrides.division_code,
    overrides.unit_name is null as is_government,
    coalesce(overrides.unit_name, overrides.division_name) as unit_name,
    matches.agrees and row_number() over (
        partition by matches.report_key, matches.agrees
        order by matches.precedence, matches.csv_row
    ) = 1 as is_chosen
from matches
inner join overrides on matches.csv_row = overrides.csv_row
