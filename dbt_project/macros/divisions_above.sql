{# Per division the codes that its bodies are added up under, from the county to the whole country (`0`). The division itself
   is among them, a township alone is not; levels that only the codes need (市辖区) and a county that is its prefecture over
   again are left out. #}
{% macro divisions_above(divisions) -%}
select
    division_code,
    case
        when level in ('county', 'township') and coalesce(county_name, '') <> coalesce(prefecture_name, '')
            then county_code
    end as county_code,
    case when level <> 'province' and prefecture_name is not null then prefecture_code end as prefecture_code,
    province_code
from {{ divisions }}
{%- endmacro %}
