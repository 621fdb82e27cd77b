-- The body of each report: an override goes before what the text tells.
-- A division joins the reports of its government, a division and a name those of another body;
-- printed parent divisions that are not in the gazetteer join by their words; a bare name is carried by many
-- towns, so that its report stands for a body of its own.
with reports as (
    select * from {{ ref('int_distinct_reports') }}
),

overrides as (
    select * from {{ ref('int_override_matches') }}
    where is_chosen
),

placed as (
    select
        reports.report_key,
        reports.body_name,
        reports.printed_parent,
        overrides.csv_row as override_row,
        case when overrides.csv_row is null then reports.unit_name else overrides.unit_name end as unit_name,
        case when overrides.csv_row is null then reports.division_code else overrides.division_code end
            as division_code,
        case when overrides.csv_row is null then reports.is_government else overrides.is_government end
            as is_government,
        case when overrides.csv_row is null then reports.resolution else 'override' end as resolution
    from reports
    left join overrides on reports.report_key = overrides.report_key
)

select
    report_key,
    case
        when division_code is not null and is_government then 'division:' || division_code
        when division_code is not null then 'body:' || division_code || ':' || unit_name
        when unit_name is not null and printed_parent is not null then 'named:' || printed_parent || ':' || unit_name
        else 'report:' || report_key
    end as body_key,
    body_name,
    unit_name,
    printed_parent,
    division_code,
    is_government,
    resolution,
    override_row
from placed
