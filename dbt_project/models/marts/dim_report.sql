with reports as (
    select * from {{ ref('int_reports') }}
)

select
    report_key,
    body_key,
    report_year,
    report_year_basis,
    form_version,
    title,
    body_name,
    body_name_basis,
    body_name_line,
    title_line_start,
    title_line_end,
    period_start,
    period_end,
    published_on,
    published_on_basis,
    delivery,
    source_path,
    record,
    is_current,
    text_resolution,
    text_division_code,
    override_row,
    len(sections) as n_sections,
    n_table_numbers,
    n_cell_numbers,
    n_finding_numbers
from reports
