-- The body of each report: an override goes before what the text tells.
-- A division joins the reports of its government, a division and a name those of another body;
-- printed parent divisions that are not in the gazetteer join by their words; a bare name is carried by many
-- towns, so that its report stands for a body of its own, unless evidence shows it to be the same as another report.
with reports as (
    select * from {{ ref('int_distinct_reports') }}
),

overrides as (
    select * from {{ ref('int_override_matches') }}
    where is_chosen
),

same_reports as (
    select * from {{ ref('int_same_reports') }}
),

settled as (
    select
        reports.report_key,
        reports.body_name,
        reports.printed_parent,
        overrides.csv_row as override_row,
        coalesce(same_reports.same_report_key, reports.report_key) as same_report_key,
        case when overrides.csv_row is null then reports.unit_name else overrides.unit_name end as unit_name,
        case when overrides.csv_row is null then reports.division_code else overrides.division_code end
            as division_code,
        case when overrides.csv_row is null then reports.is_government else overrides.is_government end
            as is_government,
        case when overrides.csv_row is null then reports.resolution else 'override' end as resolution
    from reports
    left join overrides on reports.report_key = overrides.report_key
    left join same_reports on reports.report_key = same_reports.report_key
),

placed as (
    select
        *,
        case
            when division_code is not null and is_government then 'division:' || division_code
            when division_code is not null then 'body:' || division_code || ':' || unit_name
        end as placed_key
    from settled
),

-- A report that nothing places takes the one place that the same report has elsewhere.
elsewhere as (
    select
        same_report_key,
        min(placed_key) as placed_key,
        any_value(division_code) as division_code,
        any_value(is_government) as is_government,
        any_value(resolution) as resolution
    from placed
    where placed_key is not null
    group by same_report_key
    having min(placed_key) = max(placed_key)
)

select
    placed.report_key,
    coalesce(
        placed.placed_key,
        elsewhere.placed_key,
        'named:' || placed.printed_parent || ':' || placed.unit_name,
        'report:' || placed.same_report_key
    ) as body_key,
    placed.body_name,
    placed.unit_name,
    placed.printed_parent,
    case when placed.placed_key is null then elsewhere.division_code else placed.division_code end as division_code,
    case
        when placed.placed_key is null and elsewhere.placed_key is not null then elsewhere.is_government
        else placed.is_government
    end as is_government,
    case
        when placed.placed_key is null then coalesce(elsewhere.resolution, placed.resolution)
        else placed.resolution
    end as resolution,
    placed.override_row
from placed
-- One equation: a further condition on the left side would have every row compared with every other.
left join elsewhere
    on case when placed.override_row is null then placed.same_report_key end = elsewhere.same_report_key
