-- The body of each report. A division joins the reports of its government, a division and a name those of another body;
-- printed parent divisions that are not in the gazetteer join by their words; a bare name is carried by many
-- towns, so that its report stands for a body of its own.
with reports as (
    select * from {{ ref('int_distinct_reports') }}
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
    resolution
from reports
