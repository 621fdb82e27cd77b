with source as (
    select * from {{ source('staging_frames', 'signatures') }}
)

select * from source
